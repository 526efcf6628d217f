import { hostname } from 'node:os';

/** This process among all of the installation. */
export const instance = `${hostname()}:${process.pid}`;
