using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class MuonTests : TemporaryFolder
{
    public MuonTests() => Assert.True(Compute.HasTensors);

    /// <summary>What becomes of a singular value in so many iterations.</summary>
    private static double Polynomial(double s, int iterations) => iterations == 0
        ? s
        : Polynomial(3.4445 * s - 4.7750 * Math.Pow(s, 3) + 2.0315 * Math.Pow(s, 5), iterations - 1);

    [Theory]
    [InlineData(7, 7)]
    [InlineData(5, 12)]
    [InlineData(24, 9)]
    [InlineData(1, 8)]
    public void A_matrix_keeps_its_singular_vectors_and_each_singular_value_goes_through_the_polynomial(
        int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(4);
        Tensor given = randn(rows, columns, ScalarType.Float64);
        double[] values = [.. given.data<double>()];
        MuonRun<double>.Orthogonalize(values, rows, columns, 5, new MuonRun<double>.Room([(rows, columns)]));
        (Tensor u, Tensor s, Tensor vh) = linalg.svd(given / given.norm(), fullMatrices: false);
        Tensor mapped = tensor(s.data<double>().Select(one => Polynomial(one, 5)).ToArray());
        Tensor expected = u.matmul(diag(mapped)).matmul(vh);
        Assert.True((expected - tensor(values, [rows, columns])).abs().max().ToDouble() < 1e-12);
        Assert.All(mapped.data<double>().ToArray(), one => Assert.InRange(one, 0.3, 1.3));
    }

    [Fact]
    public void A_matrix_of_one_row_steps_along_its_gradient_and_decays()
    {
        using DisposeScope scope = NewDisposeScope();
        var line = nn.Linear(3, 1, hasBias: false);
        line.weight.detach().fill_(1.0);
        Tensor x = tensor(new[] { 3.0f, -4.0f, 12.0f }).reshape(1, 3), y = zeros(1, 1);
        Trainer.Fit(line, (f, _) => f.sum(), (x, y), (x, y), new TrainerOptions
        {
            Optimizer = new Muon { Momentum = 0.0 },
            Steps = 1,
            Rate = 0.5,
            Schedule = Schedule.Constant,
            WeightDecay = 0.1,
            RestoreBest = false,
        });
        double size = 0.5 * 0.2 * Math.Sqrt(3.0) * Polynomial(1.0, 5);
        foreach ((double slope, float found) in new[] { 3.0, -4.0, 12.0 }.Zip(line.weight.data<float>().ToArray()))
        {
            Assert.Equal(0.95 - size * slope / 13.0, found, 1e-5);
        }
    }

    [Fact]
    public void Vectors_embeddings_and_what_is_named_are_stepped_by_AdamW()
    {
        var adam = new AdamW { Beta2 = 0.99 };
        Dictionary<string, float[]> plain = Train(adam), whole = Train(new Muon()),
            none = Train(new Muon { Except = ["*"] }), some = Train(new Muon { Except = ["last.*"] });
        Assert.All(plain, pair => Assert.Equal(pair.Value, none[pair.Key]));
        string[] moved = [.. plain.Keys.Where(name => !plain[name].SequenceEqual(whole[name]))];
        Assert.Equal(["hidden.weight", "last.weight"], moved.Order());
        Assert.Equal(plain["last.weight"], some["last.weight"]);
    }

    [Fact]
    public void A_training_goes_on_with_the_same_bits()
    {
        float[] expected = TrainMlp(null, 25);
        var checkpoint = new CheckpointOptions(In("x.safetensors")) { EverySteps = 1, Resume = true };
        Assert.Throws<OperationCanceledException>(() => TrainMlp(checkpoint, 11));
        Assert.Equal(expected, TrainMlp(checkpoint, 25));
    }

    [Fact]
    public void Schedules_rise_stay_and_fall_to_zero()
    {
        double[] flat = [.. Enumerable.Range(0, 100).Select(step => Schedule.Trapezoid.Factor(step, 100, []))];
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1.0], flat[..5].Select(one => Math.Round(one, 12)));
        Assert.All(flat[5..51], one => Assert.Equal(1.0, one));
        Assert.Equal(0.5, flat[75], 1e-12);
        Assert.Equal(0.02, flat[99], 1e-12);
        Assert.Equal(0.5, Schedule.Linear.Factor(525, 1000, []), 1e-12);
        Assert.Equal(1.0, Schedule.Linear.Factor(50, 1000, []), 1e-12);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Muon { Momentum = 1.0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Muon { Iterations = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Muon { Others = new AdamW { Beta1 = 2.0 } });
    }

    /// <summary>The weights after one step.</summary>
    private static Dictionary<string, float[]> Train(Optimizer optimizer)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        Net net = Trainer.Create(() => new Net());
        Tensor x = randint(0, 9, new long[] { 8, 1 }), y = randint(0, 3, 8);
        Trainer.Fit(net, (f, t) => nn.functional.cross_entropy(f, t), (x, y), (x, y), new TrainerOptions
        {
            Optimizer = optimizer,
            Steps = 1,
            Rate = 0.01,
            RestoreBest = false,
            MaxGradientNorm = double.PositiveInfinity,
        });
        return net.named_parameters().ToDictionary(one => one.name, one => one.parameter.data<float>().ToArray());
    }

    private static float[] TrainMlp(CheckpointOptions? checkpoint, int stopAfter)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        Tensor x = randn(50, 6), y = randint(0, 3, 50);
        Mlp module = Trainer.Create(() => new Mlp(6, [30, 15], 3));
        using var cancel = new CancellationTokenSource();
        int steps = 0;
        Tensor Loss(Tensor outputs, Tensor targets)
        {
            if (module.training && ++steps == stopAfter)
            {
                cancel.Cancel();
            }

            return nn.functional.cross_entropy(outputs, targets);
        }

        Trainer.Fit(module, Loss, (x, y), (x, y), new TrainerOptions
        {
            Steps = 24,
            BatchSize = 10,
            Optimizer = new Muon(),
            Average = WeightAverage.Exponential(0.9),
            Checkpoint = checkpoint,
        }, null, cancel.Token);
        return [.. module.parameters().SelectMany(one => one.data<float>().ToArray())];
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Embedding table = nn.Embedding(9, 5);
        private readonly TorchSharp.Modules.Linear hidden = nn.Linear(5, 7);
        private readonly TorchSharp.Modules.Linear last = nn.Linear(7, 3);

        public Net()
            : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input) =>
            last.forward(nn.functional.relu(hidden.forward(table.forward(input.squeeze(1)))));
    }
}
