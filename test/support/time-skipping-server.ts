import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addToCache,
  architecture,
  cacheFolder,
  download,
  executableName,
  firstThatWorks,
  isExecutable,
  operatingSystem,
  programOnPath,
  run,
  type OnProgress,
} from '../../temporal/cache.ts';

const sdkVersion = '1.24.0';
const javaVersion = '1.32.1';

/** The path of Temporal's time-skipping test server: from our cache, downloaded, or Maven Central's. */
export async function timeSkippingServer({
  onProgress,
}: {
  onProgress: OnProgress;
}): Promise<string> {
  const program = executableName('temporal-test-server');
  const official = join(cacheFolder(), `test-server-of-sdk-${sdkVersion}`, program);
  const java = join(cacheFolder(), `test-server-java-${javaVersion}`);
  const javaProgram = join(java, program);
  const ifThere = async (path: string) => ((await isExecutable(path)) ? path : undefined);
  return firstThatWorks({
    program: 'time-skipping Temporal test server',
    onProgress,
    ways: [
      { name: official, get: () => ifThere(official) },
      { name: javaProgram, get: () => ifThere(javaProgram) },
      {
        name: 'Download from temporal.download',
        get: () => addToCache(official, (folder) => downloaded(folder, onProgress)),
      },
      {
        name: 'Maven',
        get: async () => {
          await addToCache(java, (folder) => fromMaven(folder, onProgress));
          return javaProgram;
        },
      },
    ],
    advice: 'Give this machine access to temporal.download, or install Java and Maven.',
  });
}

function downloaded(folder: string, onProgress: OnProgress): Promise<string> {
  onProgress('Downloading the time-skipping test server once');
  // What `@temporalio/testing` would ask for.
  const query = `platform=${operatingSystem()}&arch=${architecture()}&sdk-name=sdk-typescript&sdk-version=${sdkVersion}`;
  const address = `https://temporal.download/temporal-test-server/default?${query}`;
  return download({ address, folder, onProgress });
}

async function fromMaven(folder: string, onProgress: OnProgress): Promise<string> {
  if (process.platform === 'win32') throw new Error('its start script needs a Unix shell');
  const maven = await programOnPath('mvn');
  if (!maven || !(await programOnPath('java'))) throw new Error('java and mvn are not on PATH');
  onProgress('Getting the time-skipping test server from Maven Central once, about a minute');
  const made = join(folder, 'server');
  await mkdir(made);
  const pom = join(folder, 'pom.xml');
  await writeFile(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>winback</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${javaVersion}</version>
    </dependency>
  </dependencies>
</project>
`,
  );
  await run(maven, [
    ...['--batch-mode', '--quiet', '--file', pom],
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    ...['-DincludeScope=runtime', `-DoutputDirectory=${join(made, 'lib')}`],
  ]);
  // The SDK waits only 5 s for a server, hence Java's options for a quick start.
  await writeFile(
    join(made, 'temporal-test-server'),
    `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`,
    { mode: 0o755 },
  );
  return made;
}
