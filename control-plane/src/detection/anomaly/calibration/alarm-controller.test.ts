import { expect, test } from 'vitest';
import { randomOf } from '../learning/testing/ordinary-windows.ts';
import { AlarmController, MOST_RAISE } from './alarm-controller.ts';

const HOUR = 3_600_000;
const START = 1_767_225_600_000;

/** Hours of so many containers, with alarms in each hour. */
function run(controller: AlarmController, hours: number, alarmsIn: (hour: number) => number, from = 0, containers = 4) {
  const raises: number[] = [];
  for (let hour = from; hour < from + hours; hour++) {
    for (let i = 0; i < 360 * containers; i++) {
      const at = START + hour * HOUR + Math.floor(i / containers) * 10_000;
      controller.note(at, i < alarmsIn(hour) ? 1 : 0);
    }
    raises.push(controller.raise);
  }
  return raises;
}

test('it goes up when there are too many, never above the strong threshold, and comes down when it is quiet', () => {
  const controller = new AlarmController(1);
  run(controller, 12, () => 5);
  expect(controller.raise).toBe(MOST_RAISE);
  expect(controller.apply(3.5, 4.6)).toBeCloseTo(4.5);
  expect(controller.apply(4, 4.6)).toBe(4.6);
  expect(controller.apply(5, 4.6)).toBe(5);
  run(controller, 24, () => 0, 12);
  expect(controller.raise).toBe(0);
});

test('alarms at the target change little', () => {
  const random = randomOf(4);
  const controller = new AlarmController(1);
  // four containers: four alarms a day
  const raises = run(controller, 240, () => (random() < 4 / 24 ? 1 : 0));
  expect(raises.filter((raise) => raise > 0.2).length).toBeLessThan(24);
});

test('one alarm of the first hour is not too many', () => {
  const controller = new AlarmController(1);
  run(controller, 2, (hour) => (hour === 0 ? 1 : 0), 0, 8);
  expect(controller.raise).toBe(0);
});

test('it is the same after saving', () => {
  const [one, two] = [new AlarmController(1), new AlarmController(1)];
  run(one, 9, (hour) => hour % 3);
  two.restore(JSON.parse(JSON.stringify(one.saved)));
  expect(two.saved).toEqual(one.saved);
  expect(run(two, 5, () => 2, 9)).toEqual(run(one, 5, () => 2, 9));
  expect(one.observed).toBe(two.observed);
});

test('a clock that was far ahead for a while does not hold what it is for as long', () => {
  const controller = new AlarmController(1);
  run(controller, 12, () => 5);
  controller.note(START + 20_000 * HOUR, 0);
  run(controller, 1, () => 0, 12);
  expect(controller.raise).toBe(0);
  run(controller, 12, () => 5, 13);
  expect(controller.raise).toBe(MOST_RAISE);
});
