// `flotilla completion`.

import type { PlainCommand } from '../command.js';
import { SCRIPTS } from '../completion/scripts.js';

export const completion: PlainCommand = {
  name: 'completion',
  argument: {
    word: 'SHELL',
    kind: 'text',
    default: null,
    describe: 'The shell: bash or zsh',
    choices: Object.keys(SCRIPTS),
  },
  summary: 'prints a script that completes all this in the shell',
  description: [
    'Prints a script for the shell to run. It completes commands, options and their values, revision ids',
    'and target ids; those of the fleet that --data-dir, --migrations or --config on the same line name.',
  ],
  settings: [],
  switches: [],
  examples: [
    { args: 'completion bash', does: 'in bash: eval "$(flotilla completion bash)", in ~/.bashrc' },
    {
      args: 'completion zsh',
      does: 'in zsh: eval "$(flotilla completion zsh)", in ~/.zshrc, after compinit',
    },
  ],
  exitCodes: { 0: 'the script was printed' },
  print: (shell) => SCRIPTS[shell] ?? '',
};
