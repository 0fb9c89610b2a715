/** Why two nodes believed at one time that they lead, or a token went back. */
export class SafetyBroken extends Error {}
