import { demoSensor } from './layout.ts';

/** The file of nvmsgconv that the app configuration names. */
export const demoMessageConfig = 'msgconv_carpark.txt';
/** The output that DeepStream's messages leave by; a route in the deployment takes them from there. */
export const demoTopic = 'detections';

const libraries = '/opt/nvidia/deepstream/deepstream/lib';

/** An app configuration for deepstream-test5-app: one camera, detections to IoT Edge, a picture over RTSP that is off. */
export function appConfig(): string {
  return `# The demo's car park: one camera, looped.

[application]
enable-perf-measurement=1
perf-measurement-interval-sec=5

[tiled-display]
enable=1
rows=1
columns=1
width=1280
height=720
gpu-id=0

[source0]
enable=1
# 1=V4L2 camera 2=URI 3=several URIs 4=RTSP
type=2
uri=file://../../streams/yard/yard.y4m
num-sources=1
gpu-id=0

[sink0]
# 1=fake 2=screen 3=file 4=RTSP 6=messages
enable=1
type=1
sync=1
source-id=0
gpu-id=0

[sink1]
enable=1
type=6
msg-conv-config=${demoMessageConfig}
# 0=one message an object, 1=one message a frame
msg-conv-payload-type=1
msg-broker-proto-lib=${libraries}/libnvds_azure_edge_proto.so
topic=${demoTopic}

[sink3]
enable=0
type=4
# 1=H.264 2=H.265
codec=1
sync=0
bitrate=4000000
rtsp-port=8554
udp-port=5400

[osd]
enable=1
gpu-id=0
border-width=2
text-size=14
text-color=1;1;1;1
text-bg-color=0.2;0.2;0.2;1
font=Arial

[streammux]
gpu-id=0
live-source=0
batch-size=1
batched-push-timeout=40000
width=1920
height=1080

[primary-gie]
enable=1
gpu-id=0
batch-size=1
interval=0
gie-unique-id=1
config-file=../../models/resnet10/config_infer_primary.txt

[tracker]
enable=1
tracker-width=640
tracker-height=384
ll-lib-file=${libraries}/libnvds_nvmultiobjecttracker.so
gpu-id=0

[tests]
file-loop=1
`;
}

/** What nvmsgconv says about the cameras, by source number. */
export function messageConfig(): string {
  return `[sensor0]
enable=1
type=Camera
id=${demoSensor}
location=47.6423;-122.1391;30
description=Camera over the car park
coordinate=0;0;4.5

[place0]
enable=1
id=carpark
type=outdoor/carpark
name=Car park
location=47.6423;-122.1391;30
coordinate=0;0;0
place-sub-field1=Yard
place-sub-field2=Lane 1
place-sub-field3=L0

[analytics0]
enable=1
id=simulator
description=Recorded detections of a made-up scene
source=DeepStream stand-in
version=1.0
`;
}

/** nvinfer's configuration for the made-up model; the engine's name is the one nvinfer itself would write. */
export function inferConfig(): string {
  return `# A made-up model: it has the shape of a real one on disk, but no network inside.

[property]
gpu-id=0
net-scale-factor=0.0039215697906911373
model-file=resnet10.caffemodel
proto-file=resnet10.prototxt
model-engine-file=resnet10.caffemodel_b1_gpu0_fp16.engine
labelfile-path=labels.txt
batch-size=1
# 0=FP32 1=INT8 2=FP16
network-mode=2
num-detected-classes=4
interval=0
gie-unique-id=1
output-blob-names=conv2d_bbox;conv2d_cov/Sigmoid

[class-attrs-all]
pre-cluster-threshold=0.4
`;
}
