/** What the next values of a daily series will be, with intervals and the error that a back-test shows. */
export { type BackTest, type BackTestOptions, backTest } from './back-test.ts';
export { type Abstention, type Forecast, forecast } from './forecast.ts';
export type { ForecastOptions } from './options.ts';
