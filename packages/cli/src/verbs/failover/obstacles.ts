import type { GroupView } from "./group-view.ts";

/** Why the lead cannot be handed over now. */
export function obstaclesOf({ members, scheduled }: GroupView, from: string, to: string): readonly string[] {
  const troubles = Object.entries(members).flatMap(([name, { role, content, message = "", trouble = "" }]) => {
    if (role === undefined) return [`${name} cannot be asked: ${trouble}`];
    return content ? [] : [message.replace(/\.$/, "")];
  });
  const { role, reasons = [] } = members[to] ?? {};
  return [
    ...troubles,
    ...(role === undefined && members[to] === undefined ? [`there is no node ${to}`] : []),
    ...(to === from ? [`${to} leads`] : []),
    ...(reasons.length > 0 ? [`${to} may not lead (${reasons.join(", ")})`] : []),
    ...(scheduled === null ? [] : [`a switchover is planned for ${scheduled.at}`]),
  ];
}
