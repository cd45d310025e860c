using System.Collections.Concurrent;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

/// <summary>Trainings by teams of several sizes, among them more threads than this machine may have.</summary>
[Collection(TorchGenerator.Name)]
public sealed class TeamTests
{
    public TeamTests() => Assert.True(Compute.HasTensors);

    public static TheoryData<int> Sizes { get; } = [1, 2, 3, 4, 8];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_part_is_done_once_and_its_elements_are_whole_groups(int parts)
    {
        using var team = new TeamOf(parts);
        var done = new ConcurrentBag<int>();
        Team.Run(parts, done.Add);
        Assert.Equal(Enumerable.Range(0, parts), done.Order());
        foreach (int count in new[] { 0, 1, 15, 16, 17, 100, 1024 })
        {
            int next = 0;
            for (int part = 0; part < parts; part++)
            {
                (int first, int some) = Team.Part(count, part, parts, group: 16);
                Assert.Equal(next, first);
                Assert.True(first % 16 == 0 || some == 0);
                Assert.InRange(some, 0, count / parts + 16);
                next = first + some;
            }

            Assert.Equal(count, next);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void All_parts_end_before_the_exception_of_the_first_that_failed_is_thrown(int parts)
    {
        using var team = new TeamOf(parts);
        int ended = 0;
        void Work(int part)
        {
            Interlocked.Increment(ref ended);
            throw new InvalidDataException($"part {part}");
        }

        Assert.Equal("part 0", Assert.Throws<InvalidDataException>(() => Team.Run(parts, Work)).Message);
        Assert.True(ended == parts || ended == 1);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_same_number_of_threads_gives_the_same_bits(int threads)
    {
        using var team = new TeamOf(threads);
        foreach (Func<(nn.Module<Tensor, Tensor>, Tensor, Tensor)> task in new[] { Perceptron, Text, Others })
        {
            float[] expected = Train(task);
            Assert.Equal(expected, Train(task));

            // Within a training of several at once there is one thread; it does the parts of all.
            using OneThread one = OneThread.BeginIf(true);
            Assert.Equal(expected, Train(task));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_gradient_of_parts_of_a_batch_is_that_of_the_whole(int threads)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] whole = Step(1, new TrainerOptions());
        Assert.True(Distance(whole, Step(threads, new TrainerOptions { SplitBatches = true })) < 1e-5);
        Assert.True(Distance(whole, Step(threads, new TrainerOptions { SplitBatches = true, Accumulate = 3 })) < 1e-5);
    }

    /// <summary>
    /// The weights after a step of plain descent by a module whose gradients are autograd's, some of them of filters,
    /// some of none.
    /// </summary>
    private static float[] Step(int threads, TrainerOptions options)
    {
        using var team = new TeamOf(threads);
        (nn.Module<Tensor, Tensor> module, Tensor x, Tensor y) = Others();
        Trainer.Fit(
            module, Loss, (x, y), (x, y),
            options with
            {
                Optimizer = new Sgd { Momentum = 0.0 },
                Rate = 0.5,
                Steps = 1,
                BatchSize = 20,
                Schedule = Schedule.Constant,
                RestoreBest = false,
            });
        return Weights(module);
    }

    private static float[] Train(Func<(nn.Module<Tensor, Tensor>, Tensor, Tensor)> task)
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module<Tensor, Tensor> module, Tensor x, Tensor y) = task();
        Trainer.Fit(module, Loss, (x, y), (x, y), new TrainerOptions
        {
            Steps = 3,
            BatchSize = 60,
            SplitBatches = true,
            Accumulate = 2,
        });
        return Weights(module);
    }

    private static (nn.Module<Tensor, Tensor> Module, Tensor Inputs, Tensor Targets) Perceptron()
    {
        random.manual_seed(3);
        return (new Mlp(200, [1000, 600], 3), randn(70, 200), randint(0, 3, 70));
    }

    private static (nn.Module<Tensor, Tensor> Module, Tensor Inputs, Tensor Targets) Text()
    {
        random.manual_seed(4);
        return (new CharTransformer(9, context: 16, layers: 2, heads: 2, width: 96), randint(0, 9, [70, 16]),
            randint(0, 9, [70, 16]));
    }

    private static (nn.Module<Tensor, Tensor> Module, Tensor Inputs, Tensor Targets) Others()
    {
        random.manual_seed(5);
        return (
            nn.Sequential(
                nn.Conv2d(2, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 400), nn.Tanh(), nn.Linear(400, 3)),
            randn(70, 2, 8, 8),
            randint(0, 3, 70));
    }

    private static Tensor Loss(Tensor outputs, Tensor targets) =>
        nn.functional.cross_entropy(outputs.view(-1, outputs.shape[^1]), targets.view(-1));

    private static float[] Weights(nn.Module module) => [.. StateOf.Floats(module)];

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}

/// <summary>Sets the threads of this process within a scope.</summary>
internal sealed class TeamOf : IDisposable
{
    private readonly int before = Compute.Threads;

    public TeamOf(int threads) => Compute.Threads = threads;

    public void Dispose() => Compute.Threads = before;
}
