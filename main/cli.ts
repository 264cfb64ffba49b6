import { Command, CommanderError } from 'commander';
import { acceptCommand } from './cli/accept.ts';
import { calibrateCommand } from './cli/calibrate.ts';
import { auditCommand } from './cli/audit.ts';
import { casesCommand } from './cli/cases.ts';
import { checkCommand } from './cli/check.ts';
import { describeCommand } from './cli/describe.ts';
import { evaluateCommand } from './cli/evaluate.ts';
import { exportCommand } from './cli/export.ts';
import { halfCommand } from './cli/half.ts';
import { imagesCommand } from './cli/images.ts';
import { insightsCommand } from './cli/insights.ts';
import { plantCommand } from './cli/plant.ts';
import { rollbackCommand } from './cli/rollback.ts';
import { EXIT } from './cli/run.ts';
import { scanCommand } from './cli/scan.ts';
import { serveCommand } from './cli/serve.ts';
import { soupCommand } from './cli/soup.ts';
import { version } from './program.ts';

/** The command-line host. Results go to stdout, everything else to stderr. */
const program = new Command('winnow')
  .description('Clean the labels of a semantic-segmentation dataset with the models you already have.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(winnow help COMMAND tells more)');

checkCommand(program);
describeCommand(program);
scanCommand(program);
imagesCommand(program);
casesCommand(program);
acceptCommand(program);
auditCommand(program);
rollbackCommand(program);
exportCommand(program);
evaluateCommand(program);
calibrateCommand(program);
insightsCommand(program);
plantCommand(program);
soupCommand(program);
halfCommand(program);
serveCommand(program);

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  process.exit(error.exitCode === 0 ? EXIT.done : EXIT.usage);
});
