/** How large a result may be that is not a tensor. The sandbox describes what is larger; the judge refuses it. */
export const RESULT_LIMITS = {
  /** Items of one list, fields of one object. */
  items: 10_000,
  /** Lists and objects inside each other. */
  depth: 8,
  /** Of one string. */
  characters: 1000,
  /** Of one result in all, lists and objects among them. */
  values: 200_000,
} as const;
