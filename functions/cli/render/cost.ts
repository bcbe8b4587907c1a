import { PHASE_NAMES } from '../../../shared/domain/catalog.ts';
import { SECONDS_PER_CALL, SECONDS_PER_START } from '../serve/count-day.ts';
import type { CostPart, CostView, SlotEnding } from './cost-view.ts';

/** The verdict first: what the day costs, or that it was no day to price. Then how it ended, and what the sums are made of. */
export function renderCost(view: CostView): string[] {
  return [
    ...verdict(view),
    `The day played is ${view.countedDate}, priced as of ${view.pricesAsOf} in ${view.region}; a remote call waits ${SECONDS_PER_CALL * 1000} ms, a start ${SECONDS_PER_START} s`,
    `Its phases ended: ${PHASE_NAMES.map((phase) => `${phase} ${endedOf(view.endings.filter((one) => one.phase === phase))}`).join(', ')}`,
    '',
    ...functionTable(view),
    '',
    ...lineTable(view),
    '',
    ...comparison(view),
  ];
}

function verdict(view: CostView): string[] {
  const { phases, everything, stateAndMessages, isWholeDay } = view;
  const reach = (reached: boolean, limit: number): string =>
    isWholeDay
      ? `${reached ? 'below' : 'NOT below'} ${limit.toFixed(2)}`
      : `whether a whole day is below ${limit.toFixed(2)} is not known`;
  return [
    ...(isWholeDay ? [] : notWhole(view)),
    `The five phases cost ${usd(phases.usdPerMonth)} USD a month at list price (${usd(phases.usdPerDay)} a day, ${usd(phases.usdPerMonthAfterFree)} a month after free allotments): ${reach(phases.reached, phases.reachUsdPerMonth)}`,
    `With watchdog, relay, secrets and alerts: ${usd(everything.usdPerMonth)} USD a month at list price, ${usd(everything.usdPerMonthAfterFree)} after free allotments`,
    `Firestore and Pub/Sub of ${isWholeDay ? 'a whole day' : 'that day'}: ${usd(stateAndMessages.usdPerDay)} USD at list price: ${reach(stateAndMessages.reached, stateAndMessages.reachUsdPerDay)}`,
  ];
}

/** Which phases did not end good, each with the reason of its first bad slot, before any price is read. */
function notWhole({ endings, deadLetters }: CostView): string[] {
  const bad = PHASE_NAMES.flatMap((phase) => {
    const slots = endings.filter((one) => one.phase === phase && !one.isGood);
    const [first] = slots;
    return first === undefined ? [] : [{ phase, slots, first }];
  });
  const told = [
    ...bad.map(({ phase, slots }) => `${phase} ended ${endedOf(slots)}`),
    ...(deadLetters === 0 ? [] : [`messages that no function took: ${deadLetters}`]),
  ].join(', ');
  return [
    `NOT A WHOLE DAY: ${told}. The prices are of the day as it went, not of a good one (exit code 1)`,
    ...bad.map(({ first }) => `  ${first.slot}: ${first.reason}`),
  ];
}

/** `passed`, or with more slots than one `passed 3 times, failed`. */
function endedOf(slots: readonly SlotEnding[]): string {
  const times = new Map<string, number>();
  for (const { ended } of slots) times.set(ended, (times.get(ended) ?? 0) + 1);
  return [...times].map(([ended, count]) => (count === 1 ? ended : `${ended} ${count} times`)).join(' and ');
}

const usd = (amount: number): string => amount.toFixed(amount < 0.1 ? 4 : 2);
/** In a column that is to be added up, every row has the same digits. */
const exact = (amount: number): string => amount.toFixed(4);
const row = (cells: readonly string[]) =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(30) : cell.padStart(11))).join('');

function functionTable({ functions, phases, everything }: CostView): string[] {
  const counted = (part: CostPart): string => {
    const one = functions.find(({ name }) => name === part.name);
    const count = (meter: 'reads' | 'writes' | 'deletes' | 'storageA' | 'storageB') =>
      String(Math.round(one?.usage[meter] ?? 0));
    const cells =
      one === undefined
        ? Array.from({ length: 7 }, () => '')
        : [
            String(one.messagesPerDay),
            ...(['reads', 'writes', 'deletes', 'storageA', 'storageB'] as const).map(count),
            one.billedSecondsPerDay.toFixed(1),
          ];
    return row([part.name, ...cells, exact(part.usdPerMonth)]);
  };
  const total = (name: string, amount: number) => counted({ name: `= ${name}`, usdPerMonth: amount });
  const [, ...beside] = everything.parts;
  return [
    row(['function, that day', 'messages', 'reads', 'writes', 'deletes', 'class A', 'class B', 'seconds', 'USD/month']),
    ...phases.parts.map(counted),
    total('the five phases', phases.usdPerMonth),
    ...beside.map(counted),
    total('everything', everything.usdPerMonth),
  ];
}

function lineTable({ everything }: CostView): string[] {
  const wide = ([title = '', units = '', price = '', free = '', ...amounts]: readonly string[]) =>
    `${title.padEnd(22)}${units.padStart(11)}${price.padStart(27)}${free.padStart(16)}${amounts.map((cell) => cell.padStart(11)).join('')}`;
  return [
    wide(['everything, a month', 'units', 'list price, USD', 'free a month', 'USD', 'after free']),
    ...everything.lines.map(({ title, units, listPrice, freePerMonth, usd: price, usdAfterFree }) =>
      wide([
        title,
        String(Math.round(units)),
        `${plain(listPrice.usd)} for ${grouped(listPrice.per)}`,
        grouped(freePerMonth),
        exact(price),
        exact(usdAfterFree),
      ]),
    ),
    wide(['= everything', '', '', '', exact(everything.usdPerMonth), exact(everything.usdPerMonthAfterFree)]),
  ];
}

/** Never `2.4e-6`. */
const plain = (amount: number): string => amount.toLocaleString('en-US', { maximumFractionDigits: 9 });
const grouped = (units: number): string => units.toLocaleString('en-US');

function comparison({ own, peers, isWholeDay }: CostView): string[] {
  const all = [own, ...peers].sort((a, b) => b.usdPerMonth - a.usdPerMonth);
  return [
    `the same work elsewhere, a month${isWholeDay ? '' : ' (what was done on that day, which is less than a whole one)'}`,
    ...all.flatMap(({ name, plan, usdPerMonth, counted, note, leavesOut }) => [
      `  ${`${name} ${plan}`.padEnd(38)} ${usdPerMonth.toFixed(2).padStart(8)} USD  ${counted}; leaves out ${leavesOut}`,
      `    counts ${note}`,
    ]),
  ];
}
