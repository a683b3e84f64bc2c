// The form engine's web-assembly loader looks for a folder name that only CommonJS has.
(globalThis as unknown as { __dirname: string }).__dirname = '/';
