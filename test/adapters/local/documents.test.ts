import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { LocalDocuments } from '../../../shared/adapters/local/documents.ts';
import { documentsContract } from '../../contracts/documents.contract.ts';

documentsContract('the embedded store', async () => {
  const opened: LocalDocuments[] = [];
  return {
    waits: false,
    open: async () => {
      const documents = new LocalDocuments(':memory:', systemClock);
      opened.push(documents);
      return documents;
    },
    close: async () => {
      for (const documents of opened) documents.close();
    },
  };
});
