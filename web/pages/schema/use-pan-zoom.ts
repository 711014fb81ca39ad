/** A picture that is moved by dragging and arrows, and made larger by wheel, keys and buttons. Knows nothing of what it shows. */
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";

export type View = { readonly x: number; readonly y: number; readonly scale: number };
export type Size = { readonly width: number; readonly height: number };

const LEAST = 0.08;
const MOST = 2.5;
/** Of a step by key or button. */
const STEP = 1.25;
const ARROW = 60;
const MARGIN = 20;
/** Below the picture, for what stands there. */
const FOOT = 36;

export type PanZoom = {
  readonly view: View;
  readonly fit: () => void;
  readonly larger: () => void;
  readonly smaller: () => void;
  /** Brings a place of the picture into the middle, large enough to be read. */
  readonly show: (x: number, y: number) => void;
  readonly ref: (element: HTMLElement | null) => void;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
};

/** `content` is the picture's own size, `box` that of what it is shown in. */
export function usePanZoom(content: Size, box: Size): PanZoom {
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const [element, setElement] = useState<HTMLElement | null>(null);
  const drag = useRef<{ x: number; y: number; isMoving: boolean }>(null);
  const { width, height } = content;

  const fit = useCallback(() => {
    if (box.width === 0 || width === 0) return;
    const scale = Math.min(
      1,
      (box.width - 2 * MARGIN) / width,
      (box.height - FOOT - 2 * MARGIN) / height,
    );
    setView({
      scale,
      x: (box.width - width * scale) / 2,
      y: (box.height - FOOT - height * scale) / 2,
    });
  }, [box.width, box.height, width, height]);
  const shownWidth = useRef(0);
  const fitNow = useRef(fit);
  fitNow.current = fit;
  // another picture is shown whole
  useEffect(() => {
    shownWidth.current = 0;
  }, [width, height]);
  // in a box of another size its middle stays where it was
  useEffect(() => {
    if (box.width === 0) return;
    const before = shownWidth.current;
    shownWidth.current = box.width;
    if (before === 0) fitNow.current();
    else setView((view) => ({ ...view, x: view.x + (box.width - before) / 2 }));
  }, [box.width, width, height]);

  /** The place under (x, y) of the box stays there. */
  const zoomAt = useCallback((factor: number, x: number, y: number) => {
    setView((before) => {
      const scale = Math.min(MOST, Math.max(LEAST, before.scale * factor));
      const ratio = scale / before.scale;
      return { scale, x: x - (x - before.x) * ratio, y: y - (y - before.y) * ratio };
    });
  }, []);
  const larger = () => zoomAt(STEP, box.width / 2, box.height / 2);
  const smaller = () => zoomAt(1 / STEP, box.width / 2, box.height / 2);
  const move = (dx: number, dy: number) =>
    setView((before) => ({ ...before, x: before.x + dx, y: before.y + dy }));

  useEffect(() => {
    if (element === null) return;
    // React's own listener is passive, and the page would scroll
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoomAt(Math.exp(-event.deltaY * 0.0015), event.clientX - left, event.clientY - top);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [element, zoomAt]);

  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(ARROW, 0),
    ArrowRight: () => move(-ARROW, 0),
    ArrowUp: () => move(0, ARROW),
    ArrowDown: () => move(0, -ARROW),
    "+": larger,
    "=": larger,
    "-": smaller,
    "0": fit,
  };
  return {
    view,
    fit,
    larger,
    smaller,
    show: (x, y) =>
      setView(({ scale: before }) => {
        const scale = Math.max(before, 0.85);
        return { scale, x: box.width / 2 - x * scale, y: box.height / 2 - y * scale };
      }),
    ref: setElement,
    handlers: {
      onPointerDown: ({ clientX, clientY, button }) => {
        if (button === 0) drag.current = { x: clientX, y: clientY, isMoving: false };
      },
      onPointerMove: ({ clientX, clientY, currentTarget, pointerId, buttons }) => {
        // it was released elsewhere
        if (buttons === 0) drag.current = null;
        if (drag.current === null) return;
        const { x, y, isMoving } = drag.current;
        // a click is no drag, and a captured pointer would never reach the table that is clicked
        if (!isMoving && Math.hypot(clientX - x, clientY - y) < 4) return;
        if (!isMoving) currentTarget.setPointerCapture(pointerId);
        move(clientX - x, clientY - y);
        drag.current = { x: clientX, y: clientY, isMoving: true };
      },
      onPointerUp: () => void (drag.current = null),
      onKeyDown: (event) => {
        const act = event.ctrlKey || event.metaKey ? undefined : moves[event.key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      },
    },
  };
}
