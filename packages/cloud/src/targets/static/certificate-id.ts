/** Of the certificate in a site's stack, by which its proof is found while the stack waits for it. */
export const certificateLogicalId = 'Certificate'
