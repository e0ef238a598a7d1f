// A seeded source of choices, so that a run can be repeated.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** The next number in [0, 1): mulberry32. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(count) {
    return Math.floor(this.next() * count);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** `least` to `most` results of `make`. */
  some(least, most, make) {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }
}
