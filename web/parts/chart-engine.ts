import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

// A chunk of its own, loaded with the first chart.
use([LineChart, BarChart, CustomChart, GridComponent, LegendComponent, TooltipComponent]);
use([SVGRenderer, AriaComponent]);

export { init };
