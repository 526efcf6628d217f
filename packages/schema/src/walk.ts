import type { ReadBlock, ReadStep } from './read-document.js';

/** Visits a list and all lists inside it, outer ones first. */
export function forEachBlock(block: ReadBlock, visit: (block: ReadBlock) => void): void {
  visit(block);
  for (const step of block.steps) for (const inner of step.lists) forEachBlock(inner, visit);
}

/** Visits all steps in document order, nested ones included. */
export function forEachStep(block: ReadBlock, visit: (step: ReadStep) => void): void {
  for (const step of block.steps) {
    visit(step);
    for (const inner of step.lists) forEachStep(inner, visit);
  }
}
