import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

// A chunk of its own, loaded with the first chart.
register([LineChart, BarChart, CustomChart, GridComponent, LegendComponent, TooltipComponent]);
register([SVGRenderer, AriaComponent]);

export { init };
