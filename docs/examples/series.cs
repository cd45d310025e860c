#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// What comes next in a series? (The time series tutorial, with an LSTM.)
using Math4AI.Training;
using Math4AI.Training.Files;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

// Two waves; each sample is 12 values and the one after them, in the order of time.
Tensor time = arange(0, 340).to(float32);
Tensor wave = (0.2 * time).sin() + 0.5 * (0.53 * time).cos();
Tensor windows = wave.unfold(0, 13, 1), inputs = windows.narrow(1, 0, 12).unsqueeze(2), next = windows.narrow(1, 12, 1);
var net = Trainer.Create(() => new Forecast());
Trainer.Fit(net, (o, t) => F.mse_loss(o, t), (inputs[..220], next[..220]), (inputs[220..270], next[220..270]),
    new TrainerOptions { Epochs = 40, Rate = 1e-2 });
double error = F.mse_loss(net.call(inputs[270..]), next[270..]).sqrt().item<float>();
double naive = F.mse_loss(inputs[270..].select(1, 11), next[270..]).sqrt().item<float>();
Console.WriteLine($"error {error:0.000}; of the last value as the forecast {naive:0.000}");

// Kept by the names of its parameters, for .NET and for Python.
string path = Path.Combine(Path.GetTempPath(), "forecast.safetensors");
ModuleFile.Save(net, path);
Console.WriteLine(ModuleFile.Load(new Forecast(), path));

class Forecast : Module<Tensor, Tensor>
{
    private readonly LSTM lstm = LSTM(1, 16, batchFirst: true);
    private readonly Linear output = Linear(16, 1);

    public Forecast() : base("Forecast") => RegisterComponents();

    public override Tensor forward(Tensor x) => output.forward(lstm.forward(x).Item1.select(1, 11));
}
