// A request for each answer that is awaited, in the manner of newer scripts.
const socket = new WebSocket("ws://rpc.example");
const waiting = new Map();
let last = 0;

function call(method, params) {
    return new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
        Script.setTimeout(() => waiting.delete(id) && reject(new Error(`${method}: no answer`)), 5000);
    });
}

socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.resolve(result);
    waiting.delete(id);
};

socket.onopen = async () => {
    const sum = await call("add", [1, 2]);
    print("sum", sum);
    try {
        await call("never", []);
    } catch (error) {
        print(error.message);
    }
    socket.close();
};
