import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['build', 'dist', 'node_modules', 'sample-fleet'] },
  {
    files: ['**/*.{ts,mjs}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // The database port is asynchronous because another driver will be; SQLite's methods have nothing to await.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export: no default exports.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    // More become an object, whose names say what each is.
    rules: { '@typescript-eslint/max-params': ['error', { max: 4 }] },
  },
  {
    // The rule does not see a cast in a comment; the compiler does.
    files: ['**/*.mjs'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['*.config.{ts,mjs}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
