import { type GroupView, scheduledIn } from "./group-view.ts";

/** Why the lead cannot be handed over now. */
export function obstaclesOf(view: GroupView, from: string, to: string): readonly string[] {
  const { members } = view;
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
    ...scheduledIn(view).map(({ at }) => `a switchover is planned for ${at}`),
  ];
}
