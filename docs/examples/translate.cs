#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Can a network write a word backwards? (The tutorial on sequence to sequence, with an encoder, a decoder and teacher
// forcing.)
using Math4AI.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

manual_seed(4);
Tensor words = randint(1, 6, [600, 3]);
Tensor backwards = words.flip(1), shifted = cat([zeros(600, 1, dtype: int64), backwards.narrow(1, 0, 2)], 1);
TrainingData Part(int first, int count) => TrainingData.FromTensors(
    ("word", words.narrow(0, first, count)), ("before", shifted.narrow(0, first, count)),
    ("after", backwards.narrow(0, first, count)));

var net = Trainer.Create(() => new Translator());
TrainingResult result = Trainer.Fit(
    net, batch => F.cross_entropy(net.call(batch["word"], batch["before"]).flatten(0, 1), batch["after"].flatten()),
    Part(0, 500), Part(500, 100), new TrainerOptions { Epochs = 30, Rate = 1e-2 });
Console.WriteLine($"loss a letter: {result.History[0].ValidationLoss:0.00} after one pass, "
    + $"{result.History.Min(epoch => epoch.ValidationLoss):0.00} at best");

class Translator : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding letters = Embedding(6, 16);
    private readonly GRU encoder = GRU(16, 32, batchFirst: true), decoder = GRU(16, 32, batchFirst: true);
    private readonly Linear output = Linear(32, 6);

    public Translator() : base("Translator") => RegisterComponents();

    public override Tensor forward(Tensor word, Tensor before)
    {
        var (_, state) = encoder.forward(letters.forward(word));
        return output.forward(decoder.forward(letters.forward(before), state).Item1);
    }
}
