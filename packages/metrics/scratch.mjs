import prom from "prom-client";
const r = new prom.Registry();
const c = new prom.Counter({name:"c_total",help:"h",labelNames:["server","method","target","status"],registers:[r]});
const h = new prom.Histogram({name:"h",help:"h",labelNames:["server","method","target"],buckets:[0.01,0.02,0.05,0.1,0.2,0.5,1,2,5,10,30,60,120,300],registers:[r]});
const hs = new prom.Histogram({name:"hs",help:"h",labelNames:["server","mcp_method_name","error_type","gen_ai_tool_name","gen_ai_prompt_name","rpc_response_status_code","gen_ai_operation_name","mcp_protocol_version","network_transport","network_protocol_name"],buckets:[0.01,0.02,0.05,0.1,0.2,0.5,1,2,5,10,30,60,120,300],registers:[r]});
const g = new prom.Gauge({name:"g",help:"h",labelNames:["server","method"],registers:[r]});
const L={server:"s",method:"tools/call",target:"search",status:"success"};
const cc=c.labels(L), hh=h.labels({server:"s",method:"tools/call",target:"search"}), gg=g.labels({server:"s",method:"tools/call"});
const ss=hs.labels({server:"s",mcp_method_name:"tools/call",error_type:"",gen_ai_tool_name:"search",gen_ai_prompt_name:"",rpc_response_status_code:"",gen_ai_operation_name:"execute_tool",mcp_protocol_version:"2025-11-25",network_transport:"tcp",network_protocol_name:"http"});
function bench(name,f,n=1e6){for(let i=0;i<2e5;i++)f(i);const t=performance.now();for(let i=0;i<n;i++)f(i);console.log(name,((performance.now()-t)/n*1e6).toFixed(0),"ns")}
for(let k=0;k<2;k++){
bench("counter child inc",()=>cc.inc());
bench("hist child observe (3 labels)",(i)=>hh.observe((i&1023)/1000));
bench("hist child observe (10 labels)",(i)=>ss.observe((i&1023)/1000));
bench("gauge inc+dec",()=>{gg.inc();gg.dec()});
}
