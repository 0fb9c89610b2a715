import { redPixelPng } from "./fixture-content.ts";

export interface FixtureResource {
  name: string;
  uri: string;
  mimeType: string;
  body: { text: string } | { blob: string };
}

export const resources: FixtureResource[] = [
  {
    name: "static-text",
    uri: "test://static-text",
    mimeType: "text/plain",
    body: { text: "This is the content of the static text resource." },
  },
  { name: "static-binary", uri: "test://static-binary", mimeType: "image/png", body: { blob: redPixelPng } },
  {
    name: "watched-resource",
    uri: "test://watched-resource",
    mimeType: "text/plain",
    body: { text: "A resource to subscribe to." },
  },
];

export const template: { name: string; uri: string; mimeType: string; body(id: string): { text: string } } = {
  name: "template",
  uri: "test://template/{id}/data",
  mimeType: "application/json",
  body: (id) => ({ text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }),
};
