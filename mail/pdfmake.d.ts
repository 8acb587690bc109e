/** What we use of it: its published types bring the browser's globals into every file. */
declare module 'pdfmake' {
  export type Content = {
    text?: string;
    ul?: string[];
    svg?: string;
    width?: number;
    table?: {
      headerRows: number;
      dontBreakRows: boolean;
      widths: ('*' | 'auto')[];
      body: Content[][];
    };
    layout?: 'lightHorizontalLines';
    color?: string;
    stack?: Content[];
    unbreakable?: boolean;
    canvas?: { type: 'line'; x1: number; y1: number; x2: number; y2: number; lineWidth: number }[];
    absolutePosition?: { x: number; y: number };
    margin?: [left: number, top: number, right: number, bottom: number];
    pageBreak?: 'before';
    alignment?: 'left' | 'right';
    fontSize?: number;
    lineHeight?: number;
    bold?: boolean;
    preserveLeadingSpaces?: boolean;
  };
  type Document = {
    pageSize: 'A4';
    pageMargins: [left: number, top: number, right: number, bottom: number];
    defaultStyle: { font: string; fontSize: number; lineHeight: number };
    info: { title: string };
    content: Content[];
  };
  const pdfmake: {
    setFonts(fonts: Record<string, { normal: string; bold: string }>): void;
    setUrlAccessPolicy(allows: (url: string) => boolean): void;
    setLocalAccessPolicy(allows: (path: string) => boolean): void;
    createPdf(document: Document): { getBuffer(): Promise<Buffer> };
  };
  export default pdfmake;
}
