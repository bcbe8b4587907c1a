import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { systemIds } from '../../../shared/adapters/local/ids.ts';
import { LocalPublisher } from '../../../shared/adapters/local/publisher.ts';
import { publisherContract } from '../../contracts/publisher.contract.ts';

publisherContract('the queue of one machine', async () => {
  const port = new LocalPublisher(systemClock, systemIds);
  return {
    port,
    async taken() {
      const all = [];
      for (let message = port.take(); message !== undefined; message = port.take())
        all.push({ topic: message.topic, data: message.data });
      return all;
    },
    close: async () => {},
  };
});
