using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

/// <summary>An optimizer and a schedule of one's own, by public members alone.</summary>
[Collection(TorchGenerator.Name)]
public sealed class OwnOptimizerTests : TemporaryFolder
{
    public OwnOptimizerTests() => Assert.True(Compute.HasTensors);

    [Fact]
    public void An_optimizer_written_outside_takes_the_steps_of_ours()
    {
        foreach (double norm in new[] { 0.1, double.PositiveInfinity })
        {
            float[] expected = Train(new Sgd { Momentum = 0.5 }, Schedule.Constant, norm);
            float[] found = Train(new HeavyBall(0.5), Schedule.Constant, norm);
            Assert.True(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() < 1e-5);
        }
    }

    [Fact]
    public void A_training_with_an_optimizer_and_a_schedule_written_outside_goes_on_with_the_same_bits()
    {
        float[] expected = Train(new HeavyBall(0.9), new Steps(10), 1.0);
        var checkpoint = new CheckpointOptions(In("x.safetensors")) { EverySteps = 1, Resume = true };
        Train(new HeavyBall(0.9), new Steps(10), 1.0, checkpoint, stopAfter: 17);
        Assert.Throws<InvalidDataException>(() => Train(new HeavyBall(0.8), new Steps(10), 1.0, checkpoint));
        Assert.Throws<InvalidDataException>(() => Train(new HeavyBall(0.9), new Steps(11), 1.0, checkpoint));
        Assert.Equal(expected, Train(new HeavyBall(0.9), new Steps(10), 1.0, checkpoint));
    }

    [Fact]
    public void Elements_of_a_gradient_are_clipped_before_its_norm_is_looked_at()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] Step(TrainerOptions options)
        {
            var line = nn.Linear(3, 1, hasBias: false);
            line.weight.detach().zero_();
            Tensor x = tensor(new[] { 3.0f, -40.0f, 0.25f }).reshape(1, 3), y = zeros(1, 1);
            Trainer.Fit(
                line, (f, _) => f.sum(), (x, y), (x, y),
                options with
                {
                    Optimizer = new Sgd { Momentum = 0.0 },
                    Steps = 1,
                    Rate = 1.0,
                    Schedule = Schedule.Constant,
                    WeightDecay = 0.0,
                    RestoreBest = false,
                });
            return [.. line.weight.data<float>()];
        }

        var free = new TrainerOptions { MaxGradientNorm = double.PositiveInfinity };
        Assert.Equal([-3.0f, 40.0f, -0.25f], Step(free));
        Assert.Equal([-1.0f, 1.0f, -0.25f], Step(free with { MaxGradientValue = 1.0 }));
        float[] both = Step(new TrainerOptions { MaxGradientValue = 4.0, MaxGradientNorm = 2.5 });
        double length = Math.Sqrt(9.0 + 16.0 + 0.0625);
        foreach ((double expected, float found) in new[] { -3.0, 4.0, -0.25 }.Zip(both))
        {
            Assert.Equal(expected * 2.5 / length, found, 1e-6);
        }
    }

    [Fact]
    public void Settings_out_of_range_are_refused_before_any_step()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, 2), y = zeros(2, 1);
        void Fit(TrainerOptions options) =>
            Trainer.Fit(nn.Linear(2, 1), (f, t) => (f - t).sum(), (x, y), (x, y), options);
        foreach (Func<Optimizer> optimizer in new Func<Optimizer>[]
        {
            () => new AdamW { Beta1 = 1.0 }, () => new AdamW { Beta2 = -0.1 }, () => new AdamW { Epsilon = 0.0 },
            () => new Sgd { Momentum = 1.0 }, () => new Sgd { Momentum = 0.0, Nesterov = true },
            () => new Lbfgs { HistorySize = 0 },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new TrainerOptions { Optimizer = optimizer() }));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new TrainerOptions { MaxGradientValue = 0.0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new TrainerOptions { MaxGradientNorm = double.NaN }));
    }

    private static float[] Train(
        Optimizer optimizer, Schedule schedule, double maxNorm, CheckpointOptions? checkpoint = null,
        int stopAfter = int.MaxValue)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        Tensor x = randn(50, 6), y = randint(0, 3, 50);
        var module = new Mlp(6, [300, 150], 3);
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

        var options = new TrainerOptions
        {
            Steps = 40,
            BatchSize = 10,
            Optimizer = optimizer,
            Schedule = schedule,
            Rate = 0.02,
            MaxGradientNorm = maxNorm,
            Checkpoint = checkpoint,
        };
        try
        {
            Trainer.Fit(module, Loss, (x, y), (x, y), options, cancellation: cancel.Token);
        }
        catch (OperationCanceledException)
        {
        }

        return [.. module.parameters().SelectMany(
            parameter => parameter.detach().contiguous().data<float>().ToArray())];
    }

    /// <summary>Gradient descent with momentum, one element after the other.</summary>
    private sealed record HeavyBall(double Momentum) : ElementwiseOptimizer
    {
        public override int StateCount => 1;

        public override void Update<T>(in ParameterUpdate<T> update)
        {
            Span<T> values = update.Values, momenta = update.State(0);
            T momentum = T.CreateTruncating(Momentum), decay = T.CreateTruncating(update.WeightDecay),
                rate = T.CreateTruncating(update.Rate);
            for (int i = 0; i < values.Length; i++)
            {
                momenta[i] = momentum * momenta[i] + update.Gradient[i] + decay * values[i];
                values[i] -= rate * momenta[i];
            }
        }
    }

    /// <summary>Halves the step size every so many steps.</summary>
    private sealed record Steps(int Every) : Schedule
    {
        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) =>
            Math.Pow(0.5, done / Every);
    }
}
