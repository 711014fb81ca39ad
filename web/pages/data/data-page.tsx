/** Data: the pairs of question and SQL, looked at one by one and decided about; and what their versions differ in. */
import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";
import { Review } from "./review.tsx";
import { Versions } from "./versions.tsx";

export const DataPage = (): ReactNode => (
  <>
    <PageHead title="Data">
      Pairs of question and SQL that the model is trained and measured on.
    </PageHead>
    <Tabs defaultValue="review" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="review">Review</Tabs.Tab>
        <Tabs.Tab value="versions">Versions</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="review">
        <Review />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <Versions />
      </Tabs.Panel>
    </Tabs>
  </>
);
