/** Injection token of the `SomeStepHandlers`. */
export const STEP_HANDLERS = Symbol('executor:step-handlers');
/** Injection token of the `Clock`. */
export const CLOCK = Symbol('executor:clock');
