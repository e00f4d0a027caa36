import { manyDigits, nearest, word, wordEnd } from "./decimal";
import { places, plainNumbers } from "./plainNumbers";

// Records of a table of text: fields between delimiters, of which most are numbers. A record that is out of the ordinary is left to the caller.

const POWERS_OF_TEN: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
const WHOLE_POWERS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000]);

/** Numbers from which on it is worth to look for where they end. */
const FEW: i32 = 4;
/** Where places are kept: so far beyond the start of the powers of five. */
const ROOM: usize = 16384;
/** Places looked for at a time, and the room they take. */
const MOST_PLACES: i32 = 256;
const PLACES_BYTES: usize = 2048;
/** Plain numbers in a row from which on they were worth it. */
const WORTH: i32 = 4;
const MOST_DOUBT: i32 = 1023;

const NEWLINE: u32 = 10;
const RETURN: u32 = 13;
const QUOTE: u32 = 34;
const PLUS: u32 = 43;
const MINUS: u32 = 45;

/** Bits are set in each byte that is no digit, up to the first of them; what comes after it is unspecified. */
@inline function noDigits(w: u64): u64 {
  return ((w & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) | (((w + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030);
}

/** The number that eight digits say; a zero byte counts as the digit 0. */
@inline function eightDigits(w: u64): u64 {
  w = ((w & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  w = ((w & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((w & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

/** Where the text of the last record ended. */
let textEnd: usize = 0;

/** Where numbers are not plain, more and more of them are not even tried: how many after the last failure, and how many of the next record. */
let doubt: i32 = 0;
let wait: i32 = 0;

/**
 * One record at p: its numbers to `value`, the bytes of its texts to `text` and where each ends, from `texts` on, to `end`. `runs` says how many numbers
 * come before each text and after the last one. Returns where the next line begins, 0 where the record is out of the ordinary.
 */
function record(
  p: usize, to: usize, delimiter: u32, blank: u32, runs: usize, runsEnd: usize, value: usize, texts: usize, text: usize, end: usize, powers: usize,
  room: usize,
): usize {
  while (true) {
    let at = room;
    let placesEnd = room;
    let left = <i32>load<u32>(runs);
    let next = left - wait;
    // So near to the end they are not tried any more, but in the next record they are.
    if (next <= FEW) wait = max(-next, 0);
    for (; left > 0; left--, value += 8) {
      if (left == next && left > FEW) {
        if (at == placesEnd) {
          at = room;
          placesEnd = places(p, to, delimiter, min(left - 1, MOST_PLACES), room);
        }
        const stop = plainNumbers(p, at, placesEnd, value, powers, room + PLACES_BYTES);
        const done = <i32>((stop - at) >> 2);
        if (done) {
          p = <usize>load<u32>(stop - 4) + 1;
          value += <usize>done << 3;
          left -= done;
        }
        doubt = done < WORTH && stop < placesEnd ? min(2 * doubt + 1, MOST_DOUBT) : 0;
        next = left - 1 - doubt;
        wait = max(-next, 0);
        at = min(stop + (<usize>(1 + doubt) << 2), placesEnd);
      }
      let c: u32 = load<u8>(p);
      const quoted = c == QUOTE;
      if (quoted) c = load<u8>(++p);
      while (c == blank) c = load<u8>(++p);
      // Signs come at random: no branch.
      const negative = c == MINUS;
      const signed = negative | (c == PLUS);
      p += <usize>signed;
      const start = p;
      let m: u64 = 0;
      let digit: u32 = <u32>load<u8>(p) - 48;
      while (digit < 10) {
        m = m * 10 + digit;
        digit = <u32>load<u8>(++p) - 48;
      }
      let digits = <i32>(p - start);
      let q: i32 = 0;
      if (digit == <u32>46 - <u32>48) {
        const point = ++p;
        let w = load<u64>(p);
        let found = <u32>ctz(noDigits(w)) >> 3;
        while (found == 8) {
          m = m * 100000000 + eightDigits(w);
          w = load<u64>(p += 8);
          found = <u32>ctz(noDigits(w)) >> 3;
        }
        if (found) {
          m = m * load<u64>(WHOLE_POWERS + (<usize>found << 3)) + eightDigits(w << (64 - (found << 3)));
          p += found;
        }
        q = <i32>(point - p);
        digits -= q;
      }
      let v: f64;
      if (digits) {
        const stop = p;
        let e: i32 = 0;
        if ((<u32>load<u8>(p) | 32) == 0x65) {
          c = load<u8>(++p);
          const down = c == MINUS;
          p += <usize>(down | (c == PLUS));
          const first = p;
          digit = <u32>load<u8>(p) - 48;
          while (digit < 10) {
            e = e * 10 + digit;
            digit = <u32>load<u8>(++p) - 48;
          }
          if (p == first || p - first > 6) return 0;
          if (down) e = -e;
          q += e;
        }
        if (digits > 19) {
          v = manyDigits(start, stop, e, powers);
          if (v != v) return 0;
        } else if (m <= 9007199254740992 && <u32>(q + 22) <= 44) {
          if (q < 0) v = <f64>(<i64>m) / load<f64>(POWERS_OF_TEN + (<usize>(-q) << 3));
          else v = <f64>(<i64>m) * load<f64>(POWERS_OF_TEN + (<usize>q << 3));
        } else v = nearest(m, q, powers);
      } else {
        if (p != start) return 0;
        v = word(p, signed);
        if (v == 0) return 0;
        p = wordEnd;
      }
      store<u64>(value, reinterpret<u64>(v) | (<u64>negative << 63));
      c = load<u8>(p);
      while (c == blank) c = load<u8>(++p);
      if (quoted) {
        if (c != QUOTE) return 0;
        c = load<u8>(++p);
      }
      p++;
      if (c == delimiter) continue;
      if (c == RETURN) c = load<u8>(p++);
      if (c != NEWLINE || left > 1 || runs + 4 < runsEnd) return 0;
      textEnd = text;
      return p;
    }
    runs += 4;
    // A delimiter, where the line should end.
    if (runs == runsEnd) return 0;
    let c: u32 = load<u8>(p);
    const from = text;
    if (c == QUOTE) {
      for (c = load<u8>(++p); c != QUOTE; c = load<u8>(++p)) {
        if (c == NEWLINE || c == 0) return 0;
        store<u8>(text++, c);
      }
      c = load<u8>(++p);
      if (c == RETURN && load<u8>(p + 1) == NEWLINE) c = load<u8>(++p);
      if (c != delimiter && c != NEWLINE) return 0;
    } else {
      for (; c != delimiter && c != NEWLINE; c = load<u8>(++p)) {
        if (c == QUOTE || c == 0) return 0;
        store<u8>(text++, c);
      }
      if (c == NEWLINE && text > from && load<u8>(text - 1) == RETURN) text--;
    }
    store<u32>(end, <u32>(text - texts));
    end += 4;
    p++;
    if (c == NEWLINE) {
      if (runs + 4 < runsEnd || load<u32>(runs)) return 0;
      textEnd = text;
      return p;
    }
  }
}

/**
 * Records from p, at most `most` of them, up to the first that is out of the ordinary; `to` is the end of a line, and memory may be read 64 bytes beyond
 * it. Writes to `out` where it stopped, the number of records and that of lines.
 */
export function parseRecords(
  p: usize, to: usize, delimiter: u32, blank: u32, runs: usize, runsEnd: usize, values: usize, texts: usize, ends: usize, most: i32,
  powers: usize, out: usize,
): void {
  let records = 0;
  let lines = 0;
  let numbers: usize = 0;
  for (let run = runs; run < runsEnd; run += 4) numbers += load<u32>(run);
  const step = numbers << 3;
  const ends1 = runsEnd - runs - 4;
  let text = texts;
  while (p < to && records < most) {
    const c = load<u8>(p);
    if (c == NEWLINE || (c == RETURN && load<u8>(p + 1) == NEWLINE)) {
      p += c == NEWLINE ? 1 : 2;
      lines++;
      continue;
    }
    const next = record(p, to, delimiter, blank, runs, runsEnd, values, texts, text, ends, powers, powers + ROOM);
    if (!next) break;
    p = next;
    text = textEnd;
    values += step;
    ends += ends1;
    records++;
    lines++;
  }
  store<u32>(out, <u32>p);
  store<u32>(out, <u32>records, 4);
  store<u32>(out, <u32>lines, 8);
}
