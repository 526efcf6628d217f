/** The id of an event, of an execution or of an organisation: where it is stored, encrypted. */
export const EVENT_ID_FORM = /^[0-9a-f]{32}$/;
