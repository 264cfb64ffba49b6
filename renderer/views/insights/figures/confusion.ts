import { presentClasses } from '../../../plots/confusion.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawMatrix, matrixTable, type Matrix } from '../../../plots/matrix.ts';
import type { ShadeScale } from '../../../plots/shade.ts';
import { nameOf, type Measured } from './order.ts';

/** Given labels against proposals, all classes that occur. */
export function confusionFigure({ insights, classes }: Measured, scale: ShadeScale): Figure & { matrix: Matrix } {
  const matrix: Matrix = {
    label: 'Confusion matrix: given classes down, proposed classes across, shaded by share of the given class',
    names: insights.confusion.map((_, index) => nameOf(classes, index)),
    shown: presentClasses(insights.confusion),
    counts: insights.confusion,
    scale,
  };
  return {
    name: 'confusion',
    title: 'Given against proposed',
    matrix,
    draw: (width, theme) => drawMatrix(matrix, width, theme),
    table: () => matrixTable(matrix),
  };
}
