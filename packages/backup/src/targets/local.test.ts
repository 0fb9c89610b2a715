import { newFolder } from "../../testing/stage.ts";
import { targetSuite } from "../../testing/target-suite.ts";
import { LocalTarget } from "./local.ts";

targetSuite("a folder", () => new LocalTarget(newFolder()));
