"""The examples of the four providers' documents as these have them, addresses and keys included, and what the
documents show for an answer."""

# --- POST /v1/videos ---

VIDEOS_WORDS = """{
"model": "gpt-image-2",
"prompt": "生成竖屏图片 xxx抖音带货",
"metadata": {
"size": "1080x1920",
"urls": []
}
}"""
VIDEOS_CURL = """curl --location 'https://api.dyuapi.com/v1/videos' \\
--header 'Authorization: Bearer {{YOUR_API_KEY}}' \\
--header 'Content-Type: application/json' \\
--data '{
"model": "gpt-image-2",
"prompt": "根据图片做一个广告",
"metadata": {
"size": "1080x1920",
"urls": [
"https://res.papir.cc/user-upload/creati-web-app/2026-04-18/1776519962551vv1AXmBu-ZMWqAckJIbt81167-600x751h.jpg",
"https://www.baidu.com/img/PCtm_d9c8750bed0b3c7d089fa7d55720d6cf.png"
]
}
}'"""
VIDEOS_QUEUED = {
    "id": "gpt_img_1776831820897_6i7lyuxzd",
    "object": "image",
    "model": "gpt-image-2",
    "status": "queued",
    "progress": 0,
    "created_at": 1709876543,
}
VIDEOS_IN_PROGRESS = {**VIDEOS_QUEUED, "status": "in_progress", "progress": 10}
VIDEOS_COMPLETED = {
    **VIDEOS_QUEUED,
    "status": "completed",
    "progress": 100,
    "completed_at": 1709876598,
    "video_url": "https://example.com/uploads/gpt-images/gpt_img_1776831820897_6i7lyuxzd.png",
}
VIDEOS_FAILED = {
    **VIDEOS_QUEUED,
    "status": "failed",
    "error": {"message": "内容不符合安全规范,请修改提示词或更换参考图片后重试", "code": "upstream_error"},
}

# --- POST /api/v1/jobs/createTask ---

JOBS_CREATE = """{
  "model": "gpt-image-2-image-to-image",
  "input": {
    "prompt": "Turn this product photo into a premium studio advertisement with dramatic rim lighting",
    "image_urls": ["https://cdn.example.com/input.png"],
    "resolution": "1K"
  }
}"""
JOBS_CREATED = {"code": 200, "msg": "success", "data": {"taskId": "task_xxxxxxxxxxxxx"}}
JOBS_RECORD = {
    "taskId": "task_xxxxxxxxxxxxx",
    "model": "gpt-image-2-image-to-image",
    "state": "waiting",
    "param": '{"model":"gpt-image-2-image-to-image","input":{"prompt":"Turn this product photo into a premium '
    'studio advertisement with dramatic rim lighting","image_urls":["https://cdn.example.com/input.png"],'
    '"resolution":"1K"}}',
    "resultJson": None,
    "failCode": None,
    "failMsg": None,
    "costTime": None,
    "completeTime": None,
    "createTime": 1757584164490,
}
JOBS_WAITING = {"code": 200, "msg": "success", "data": JOBS_RECORD}
JOBS_RESULT = {"resultUrls": ["https://your-cdn.example.com/result-1.png"]}

# --- gpt-image-2-official ---

OFFICIAL_CURL = """curl https://open.dieyuyun.com/v1/images/generations \\
  -H "Authorization: Bearer $API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "gpt-image-2-official",
    "prompt": "A watercolor painting of a Japanese garden in spring",
    "size": "1024x1024",
    "quality": "high",
    "n": 1
  }'"""
OFFICIAL_PYTHON = """from openai import OpenAI

client = OpenAI(
    base_url="https://open.dieyuyun.com/v1",
    api_key="YOUR_API_KEY"
)

response = client.images.generate(
    model="gpt-image-2-official",
    prompt="A watercolor painting of a Japanese garden in spring",
    size="1024x1024",
    quality="high",
    n=1
)

print(response.data[0].url)
"""
OFFICIAL_JAVASCRIPT = """import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: 'https://open.dieyuyun.com/v1',
  apiKey: 'YOUR_API_KEY',
})

const response = await client.images.generate({
  model: 'gpt-image-2-official',
  prompt: 'A watercolor painting of a Japanese garden in spring',
  size: '1024x1024',
  quality: 'high',
  n: 1,
})

console.log(response.data[0].url)
"""
OFFICIAL_ANSWER = {
    "created": 1717000000,
    "data": [{"url": "https://...", "revised_prompt": "A delicate watercolor painting depicting ..."}],
}

# --- gpt-image-2-vip ---

VIP_CURL = """curl --request POST \\
--url https://api.apiyi.com/v1/images/generations \\
--header 'Authorization: Bearer <token>' \\
--header 'Content-Type: application/json' \\
--data '
{
"model": "gpt-image-2-vip",
"prompt": "黄昏时的海边老灯塔,电影画幅,写实风格"
}
'"""
VIP_SIZED_CURL = """curl -X POST "https://api.apiyi.com/v1/images/generations" \\
-H "Authorization: Bearer sk-your-api-key" \\
-H "Content-Type: application/json" \\
-d '{
"model": "gpt-image-2-vip",
"prompt": "白色陶瓷马克杯放在灰色桌面上的产品图,柔和自然光",
"size": "2048x1360",
"response_format": "url"
}'"""
VIP_URL_PYTHON = """import requests
API_KEY = "sk-your-api-key"
response = requests.post(
"https://api.apiyi.com/v1/images/generations",
headers={"Authorization": f"Bearer {API_KEY}"},
json={
"model": "gpt-image-2-vip",
"prompt": "黄昏时的海边老灯塔,电影画幅,写实风格",
"size": "2048x1152", # 16:9 2K Recommended
"response_format": "url"
},
timeout=300 # 保守值,吸收长尾 + 图片下载耗时
).json()
image_url = response["data"][0]["url"]
print(image_url)
"""
VIP_BASE64_PYTHON = """import requests
response = requests.post(
"https://api.apiyi.com/v1/images/generations",
headers={"Authorization": "Bearer sk-your-api-key"},
json={
"model": "gpt-image-2-vip",
"prompt": "桌面壁纸,赛博朋克城市夜景,霓虹招牌,雨后倒影",
"size": "3840x2160", # 16:9 4K Detail
"response_format": "b64_json"
},
timeout=300
).json()
# b64_json 已含 "data:image/png;base64," 前缀,可直接用于 <img src> 或写文件
data_url = response["data"][0]["b64_json"]
"""
VIP_JAVASCRIPT = """const API_KEY = "sk-your-api-key";
const response = await fetch(
"https://api.apiyi.com/v1/images/generations",
{
method: "POST",
headers: {
"Authorization": `Bearer ${API_KEY}`,
"Content-Type": "application/json"
},
body: JSON.stringify({
model: "gpt-image-2-vip",
prompt: "1:1 方形 LOGO,极简猫咪线条",
size: "2048x2048", // 1:1 2K Recommended
response_format: "b64_json"
})
}
);
const data = await response.json();
// b64_json 已含前缀,可直接用作 <img src>
document.getElementById("result").src = data.data[0].b64_json;
"""
VIP_OPENAI_PYTHON = """from openai import OpenAI
client = OpenAI(
api_key="sk-your-api-key",
base_url="https://api.apiyi.com/v1"
)
resp = client.images.generate(
model="gpt-image-2-vip",
prompt="水墨山水,国画风格,纵向构图",
size="1536x2048", # 3:4 2K Portrait
)
print(resp.data[0].url)
"""
VIP_AS_URL = {"data": [{"url": "https://r2cdn.copilotbase.com/r2cdn2/00aaa9fb-756c-4119-a4a0-4a44fc75152b.png"}]}
VIP_AS_BASE64 = {"data": [{"b64_json": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA..."}]}
