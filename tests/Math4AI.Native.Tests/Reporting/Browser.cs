using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Math4AI.Tests.Reporting;

/// <summary>
/// A page in a headless Chromium without a network, steered by its DevTools protocol over the loopback.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly List<string> complaints = [];
    private int lastId;
    private string? context;
    private string? session;

    private Browser()
    {
    }

    /// <summary>Gets what the page complained about: exceptions, errors, and what its policy forbade.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    /// <summary>Opens a file; skips the test where there is no Chromium.</summary>
    public static async Task<Browser> Open(string file, int width = 1400, int height = 1000, bool isDark = false)
    {
        Assert.SkipWhen(BrowserProcess.FilePath is null, "No Chromium is on the path: the page is not opened.");
        var browser = new Browser();
        await browser.socket.ConnectAsync(await BrowserProcess.GetAddress(), CancellationToken.None);
        await browser.Show(file, width, height, isDark);
        return browser;
    }

    /// <summary>Evaluates an expression in the page; promises are awaited.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        JsonNode answer = await Call(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer.ToJsonString()}");
        return answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true in the page, and fails if the page complains before.</summary>
    public async Task Until(string expression)
    {
        const string Frame = "new Promise(done => requestAnimationFrame(() => done()))";
        while (!(await Evaluate($"Boolean({expression})"))!.GetValue<bool>())
        {
            Assert.Empty(complaints);
            await Evaluate(Frame);
        }
    }

    /// <summary>Scrolls over the page, so that every chart is drawn.</summary>
    public async Task DrawAll()
    {
        await Evaluate(
            "(async () => { for (const plot of document.querySelectorAll('.plot')) { plot.scrollIntoView();"
            + "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); } })()");
        await Until("[...document.querySelectorAll('.plot')].every(plot => plot.dataset.drawn)");
    }

    /// <summary>Returns whether the page is wider than its window.</summary>
    public async Task<bool> Overflows() => (await Evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"))!.GetValue<bool>();

    /// <summary>Moves, presses or releases the mouse at a place of the window.</summary>
    public Task Mouse(string type, double x, double y, int modifiers = 0) => Call(
        "Input.dispatchMouseEvent", new JsonObject
        {
            ["type"] = type,
            ["x"] = x,
            ["y"] = y,
            ["modifiers"] = modifiers,
            ["button"] = "left",
            ["buttons"] = type == "mouseReleased" ? 0 : 1,
            ["clickCount"] = 1,
        });

    /// <summary>Moves the mouse with no button down.</summary>
    public Task Hover(double x, double y) => Call(
        "Input.dispatchMouseEvent", new JsonObject { ["type"] = "mouseMoved", ["x"] = x, ["y"] = y });

    /// <summary>Presses at one place, moves to another and releases.</summary>
    public async Task Drag(double fromX, double fromY, double toX, double toY, int modifiers = 0)
    {
        await Hover(fromX, fromY);
        await Mouse("mousePressed", fromX, fromY, modifiers);
        await Mouse("mouseMoved", (fromX + toX) / 2, (fromY + toY) / 2, modifiers);
        await Mouse("mouseMoved", toX, toY, modifiers);
        await Mouse("mouseReleased", toX, toY, modifiers);
    }

    /// <summary>Turns the wheel over a place; less than 0 is away from the user.</summary>
    public Task Wheel(double x, double y, double by) => Call(
        "Input.dispatchMouseEvent", new JsonObject
        {
            ["type"] = "mouseWheel",
            ["x"] = x,
            ["y"] = y,
            ["deltaX"] = 0,
            ["deltaY"] = by,
        });

    /// <summary>Returns the whole page as a picture (PNG).</summary>
    public async Task<byte[]> Picture()
    {
        JsonNode answer = await Call("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true });
        return Convert.FromBase64String(answer["data"]!.GetValue<string>());
    }

    /// <summary>Closes the page and all that its windows hold.</summary>
    public async ValueTask DisposeAsync()
    {
        session = null;
        await Call("Target.disposeBrowserContext", new JsonObject { ["browserContextId"] = context });
        socket.Dispose();
    }

    private async Task Show(string file, int width, int height, bool isDark)
    {
        // A context is a browser of its own, with windows of its own: a page behind another one would not be drawn.
        JsonNode own = await Call("Target.createBrowserContext", []);
        context = own["browserContextId"]!.GetValue<string>();
        JsonNode target = await Call("Target.createTarget", new JsonObject
        {
            ["url"] = "about:blank",
            ["browserContextId"] = context,
            ["newWindow"] = true,
        });
        JsonNode attached = await Call(
            "Target.attachToTarget", new JsonObject
            {
                ["targetId"] = target["targetId"]!.GetValue<string>(),
                ["flatten"] = true,
            });
        session = attached["sessionId"]!.GetValue<string>();
        await Call("Page.enable", []);
        await Call("Runtime.enable", []);
        await Call("Log.enable", []);
        await Call("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width,
            ["height"] = height,
            ["deviceScaleFactor"] = 1,
            ["mobile"] = false,
        });
        await Call("Emulation.setScrollbarsHidden", new JsonObject { ["hidden"] = true });
        await Call("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject
            {
                ["name"] = "prefers-color-scheme",
                ["value"] = isDark ? "dark" : "light",
            }),
        });
        await Call("Page.navigate", new JsonObject { ["url"] = new Uri(Path.GetFullPath(file)).AbsoluteUri });
        await Until("document.readyState === 'complete' && location.protocol === 'file:'");
    }

    private async Task<JsonNode> Call(string method, JsonObject parameters)
    {
        int id = ++lastId;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            JsonNode received = await Receive();
            if (received["id"]?.GetValue<int>() == id)
            {
                return received["result"]
                    ?? throw new InvalidOperationException($"{method}: {received.ToJsonString()}");
            }

            Note(received);
        }
    }

    private void Note(JsonNode received)
    {
        string? method = received["method"]?.GetValue<string>();
        JsonNode? about = received["params"];
        bool isComplaint = method == "Runtime.exceptionThrown"
            || (method == "Log.entryAdded" && about!["entry"]!["level"]!.GetValue<string>() == "error")
            || (method == "Runtime.consoleAPICalled" && about!["type"]!.GetValue<string>() is "error" or "warning");
        if (isComplaint)
        {
            complaints.Add(string.Create(CultureInfo.InvariantCulture, $"{method}: {about!.ToJsonString()}"));
        }
    }

    private async Task<JsonNode> Receive()
    {
        using var whole = new MemoryStream();
        byte[] part = new byte[1 << 16];
        WebSocketReceiveResult got;
        do
        {
            got = await socket.ReceiveAsync(part, CancellationToken.None);
            whole.Write(part, 0, got.Count);
        }
        while (!got.EndOfMessage);
        return JsonNode.Parse(whole.ToArray())!;
    }
}
