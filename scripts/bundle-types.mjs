// Puts the declarations that each door of the package needs into one file beside its code, `dist/<door>.d.ts`, with
// their comments. Apart from the compiler, whose declarations describe every module and are for the tests. Fails where
// a door speaks of a type that it does not let a user name.

import { join } from 'node:path';
import process from 'node:process';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** The modules that a user can import, without `.ts`. */
const DOORS = ['index'];

const ROOT = join(import.meta.dirname, '..');
const ERROR = { logLevel: ExtractorLogLevel.Error };
const NONE = { logLevel: ExtractorLogLevel.None };

for (const door of DOORS) {
  const entry = join(ROOT, 'build', `${door}.d.ts`);
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { extends: join(ROOT, 'tsconfig.json'), files: [entry], include: [] } },
      dtsRollup: { enabled: true, untrimmedFilePath: join(ROOT, 'dist', `${door}.d.ts`) },
      apiReport: { enabled: false },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: ERROR },
        extractorMessageReporting: { default: NONE, 'ae-forgotten-export': ERROR },
        tsdocMessageReporting: { default: NONE },
      },
    },
  });
  const { succeeded } = Extractor.invoke(config, {
    // Of what it has to say, only mistakes are for whoever builds.
    messageCallback: (message) => {
      if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
    },
  });
  if (!succeeded) process.exitCode = 1;
}
