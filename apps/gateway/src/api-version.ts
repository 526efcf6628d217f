/** The version of the API that the gateway serves, which is in its addresses. */
export const API_VERSION = '1';
