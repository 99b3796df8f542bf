// Flotilla's own version, as histories and reports record it; a test holds it to package.json.

export const VERSION = '0.1.0';
