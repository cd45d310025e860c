using System.Globalization;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Tests.Training.Modules;

/// <summary>Memory over a million steps, by each way through a module.</summary>
[Collection(TorchGenerator.Name)]
public sealed class LongTrainingTests
{
    public LongTrainingTests() => Assert.True(Compute.HasTensors);

    [Theory(Explicit = true)]
    [Trait("Check", "steps")]
    [InlineData("direct perceptron")]
    [InlineData("direct transformer")]
    [InlineData("autograd")]
    [InlineData("master copies")]
    [InlineData("a loss of a batch")]
    public void Memory_is_as_it_was_after_a_million_steps(string way) => IsFlat(way, 1_000_000);

    [Theory]
    [InlineData("direct perceptron")]
    [InlineData("autograd")]
    [InlineData("master copies")]
    public void Memory_is_as_it_was_after_ten_thousand_steps(string way) => IsFlat(way, 10_000);

    private static void IsFlat(string way, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        bool isText = way == "direct transformer";
        ScalarType type = way == "master copies" ? ScalarType.BFloat16 : ScalarType.Float32;
        Tensor x = isText ? randint(0, 5, [8, 4]) : randn(8, 4).to_type(type), y = isText
            ? randint(0, 5, [8, 4])
            : randint(0, 3, 8);
        nn.Module<Tensor, Tensor> module = isText
            ? new CharTransformer(5, context: 4, layers: 1, heads: 1, width: 16)
            : way == "direct perceptron"
                ? new Mlp(4, [8], 3)
                : nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)).to(type);
        var watch = new Watch(steps);
        var options = new TrainerOptions
        {
            Steps = steps,
            BatchSize = 8,
            EvaluateEvery = steps,
            RestoreBest = false,
            Schedule = Schedule.Constant,
            Rate = 1e-4,
            Callbacks = [watch],
        };
        Tensor Loss(Tensor outputs, Tensor targets) =>
            F.cross_entropy(outputs.view(-1, outputs.shape[^1]), targets.view(-1));
        var data = new TensorData(x, y);
        _ = way == "a loss of a batch"
            ? Trainer.Fit(module, batch => Loss(module.call(batch.Inputs), batch.Targets), data, data, options)
            : Trainer.Fit(module, Loss, data, data, options);

        // One tensor of 8 × 4 that is kept at each step would be 128 bytes and its header, 300 MB over a million.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{way}: {steps} steps, {watch.First >> 10} KiB after a tenth, {watch.Last >> 10} KiB at the end"));
        Assert.Equal(watch.FirstTensors, watch.LastTensors);
        Assert.True(watch.Last < watch.First + (16L << 20), $"{watch.First} {watch.Last}");
    }

    private sealed class Watch(int steps) : TrainerCallback
    {
        public long First { get; private set; }

        public long Last { get; private set; }

        public long FirstTensors { get; private set; }

        public long LastTensors { get; private set; }

        public override void OnStep(TrainingMoment moment)
        {
            if (moment.Step == steps / 10)
            {
                (First, FirstTensors) = (Measure(), Tensor.TotalCount);
            }
            else if (moment.Step == steps)
            {
                (Last, LastTensors) = (Measure(), Tensor.TotalCount);
            }
        }

        private static long Measure()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return Environment.WorkingSet;
        }
    }
}
