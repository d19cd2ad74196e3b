import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics that are read from their sources when they are scraped. */
export class MetricSet {
  readonly #registers: [Registry];

  constructor(registry: Registry) {
    this.#registers = [registry];
  }

  counter<L extends string>(name: string, help: string, labelNames: L[], read: (metric: Counter<L>) => void): void {
    new Counter({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset();
        read(this);
      },
    });
  }

  gauge<L extends string>(name: string, help: string, labelNames: L[], read: (metric: Gauge<L>) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset();
        read(this);
      },
    });
  }
}
