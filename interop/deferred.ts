/** A promise that is resolved from outside. */
export class Deferred<T = void> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;

  constructor() {
    let resolve: (value: T) => void = () => {};
    this.promise = new Promise((settle) => {
      resolve = settle;
    });
    this.resolve = resolve;
  }
}
