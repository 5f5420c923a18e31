/**
 * Grows when a template is made differently from the same configuration, so that stacks made before are brought
 * up to date by their next deployment. A test compares the templates with this number.
 */
export const templateRevision = 5
