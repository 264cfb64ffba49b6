import { built } from '../support/program.ts';

/** Every window below is served by the build of these sources. */
export default built;
