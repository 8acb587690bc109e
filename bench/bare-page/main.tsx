import '@mantine/core/styles.css';
import { Button, MantineProvider, Stack, Text, Title } from '@mantine/core';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** As many rows as the inbox shows, without data, routes, words or keys: what the library costs by itself. */
function Page() {
  const [current, setCurrent] = useState(0);
  return (
    <Stack>
      <Title order={1}>Bare</Title>
      {Array.from({ length: 50 }, (_, i) => (
        <Button key={i} variant="default" onClick={() => setCurrent(i)}>
          <Text fw={i === current ? 700 : 400}>Row {i}</Text>
        </Button>
      ))}
    </Stack>
  );
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <MantineProvider>
      <Page />
    </MantineProvider>
  </StrictMode>,
);
