/** Raised with every change that people may want to tell apart on the page of a host. */
export const agentVersion = '0.1.0'
