using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.DirectPasses;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

/// <summary>Passes without autograd against autograd, the same model and batches.</summary>
[Collection(TorchGenerator.Name)]
public sealed class DirectPassTests
{
    public DirectPassTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [MemberData(nameof(TeamTests.Sizes), MemberType = typeof(TeamTests))]
    public void A_perceptrons_own_backward_is_that_of_autograd(int threads)
    {
        using var team = new TeamOf(threads);
        Array.ForEach([[], [7], [40, 16]], (int[] hidden) =>
        {
            CheckPerceptron(threads, hidden, HiddenUnit.Rectifier);
            CheckPerceptron(threads, hidden, HiddenUnit.Tanh);
        });
    }

    private static void CheckPerceptron(int threads, int[] hidden, HiddenUnit unit)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(6);
        var ours = new Mlp(13, hidden, 3, unit: unit);
        var theirs = new Mlp(13, hidden, 3, unit: unit);
        theirs.load_state_dict(ours.state_dict());
        var flat = new FlatParameters<float>(ours, new TrainerOptions());
        Assert.Null(MlpPass.For(ours, flat, randn(2, 12), threads));
        Assert.Null(MlpPass.For(ours, flat, randn(2, 2, 13), threads));
        Assert.Null(MlpPass.For(ours, flat, randn(2, 13, ScalarType.Float64), threads));
        MlpPass? pass = MlpPass.For(ours, flat, randn(2, 13), threads);
        Assert.Equal(Compute.HasMkl, pass is not null);
        for (int step = 0; step < 6 && pass is not null; step++)
        {
            // Two pieces a step, of other lengths each time: the second adds to the first.
            theirs.zero_grad();
            foreach (int rows in new[] { 5 + step, 33 - 7 * (step % 3) })
            {
                Tensor x = randn(13, rows).t(), y = randint(0, 3, rows);
                // The loss looks at a parameter too.
                Tensor expected = nn.functional.cross_entropy(theirs.forward(x), y)
                    + 0.1 * theirs.parameters().First().square().sum();
                Tensor found =
                    nn.functional.cross_entropy(pass.Forward(x), y) + 0.1 * ours.parameters().First().square().sum();
                expected.backward();
                found.backward();
                pass.Backward(isFirst: rows == 5 + step);
                Assert.Equal(expected.ToDouble(), found.ToDouble(), 1e-5);
            }

            AssertGradients(theirs, flat, 2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(TeamTests.Sizes), MemberType = typeof(TeamTests))]
    public void A_transformers_own_backward_is_that_of_autograd(int threads)
    {
        using var team = new TeamOf(threads);
        CheckTransformer(threads, layers: 1, heads: 2, width: 16, context: 12);
        CheckTransformer(threads, layers: 3, heads: 4, width: 36, context: 9);
        CheckTransformer(threads, layers: 2, heads: 1, width: 5, context: 7);
        CheckTransformer(threads, layers: 2, heads: 2, width: 36, context: 9, TransformerStyle.Llama);
        CheckTransformer(threads, layers: 1, heads: 1, width: 6, context: 7, new() { IsRotary = true });
        CheckTransformer(threads, layers: 1, heads: 2, width: 10, context: 5, new() { IsRootNorm = true });
        CheckTransformer(threads, layers: 1, heads: 2, width: 10, context: 5, new() { IsGated = true });
        CheckTransformer(threads, layers: 2, heads: 2, width: 36, context: 9, TransformerStyle.Near);
        CheckTransformer(threads, layers: 1, heads: 1, width: 5, context: 4, new() { Neighbors = 7 });
        CheckTransformer(threads, layers: 2, heads: 1, width: 8, context: 6, new() { HasOwnHead = true });
        CheckTransformer(threads, layers: 2, heads: 2, width: 36, context: 9, TransformerStyle.Near, dropout: 0.3);
        CheckTransformer(threads, layers: 2, heads: 2, width: 36, context: 40, TransformerStyle.Near, boundary: 4);
        CheckTransformer(threads, layers: 2, heads: 2, width: 8, context: 9, boundary: 0);
        CheckTransformer(
            threads, layers: 2, heads: 6, width: 24, context: 35, TransformerStyle.Llama with { KeyHeads = 2 });
        CheckTransformer(threads, layers: 1, heads: 3, width: 9, context: 7, new() { KeyHeads = 1 });
    }

    private static void CheckTransformer(
        int threads, int layers, int heads, int width, int context, TransformerStyle? style = null,
        double dropout = 0.0, int? boundary = null)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(7);
        var ours = new CharTransformer(11, context, layers, heads, width, style)
        {
            Dropout = dropout,
            Boundary = boundary,
        };
        var theirs = new CharTransformer(11, context, layers, heads, width, style)
        {
            Dropout = dropout,
            Boundary = boundary,
        };
        Enlarge(theirs);
        ours.load_state_dict(theirs.state_dict());
        var flat = new FlatParameters<float>(ours, new TrainerOptions());
        Assert.Null(TransformerPass.For(ours, flat, randn(2, context), 2, threads));
        Assert.Null(TransformerPass.For(ours, flat, randint(0, 11, new long[] { 2, context + 1 }), 2, threads));
        Assert.Null(TransformerPass.For(ours, flat, randint(0, 11, new long[] { 2, context }), int.MaxValue, threads));
        TransformerPass? pass = TransformerPass.For(ours, flat, randint(0, 11, new long[] { 2, context }), 8, threads);
        Assert.Equal(Compute.HasMkl, pass is not null);
        for (int step = 0; step < 5 && pass is not null; step++)
        {
            // Two pieces a step, of other sizes each time, one of them a single text: the second adds to the first.
            theirs.zero_grad();
            foreach (int texts in new[] { 1 + step, 6 - step })
            {
                int length = texts == 3 ? context - 2 : context;
                Tensor x = randint(0, 11, new long[] { length, texts }).t(),
                    y = randint(0, 11, new long[] { texts, length });
                // Both leave out the same numbers.
                TorchRandom.BeginThread((ulong)step);
                Tensor expected = nn.functional.cross_entropy(theirs.forward(x).view(-1, 11), y.view(-1))
                    + 0.1 * theirs.parameters().First().square().sum();
                TorchRandom.BeginThread((ulong)step);
                Tensor found = nn.functional.cross_entropy(pass.Forward(x).view(-1, 11), y.view(-1))
                    + 0.1 * ours.parameters().First().square().sum();
                expected.backward();
                found.backward();
                pass.Backward(isFirst: texts == 1 + step);
                Assert.Equal(expected.ToDouble(), found.ToDouble(), 1e-5);
            }

            AssertGradients(theirs, flat, 1e-5);
        }
    }

    [Fact]
    public void A_transformer_whose_weights_are_partly_frozen_and_symbols_that_it_does_not_have_are_left_to_others()
    {
        using DisposeScope scope = NewDisposeScope();
        var module = new CharTransformer(5, context: 4, layers: 1, heads: 1, width: 8);
        TransformerPass? pass = TransformerPass.For(module, new FlatParameters<float>(module, new TrainerOptions()),
            zeros(1, 4, dtype: ScalarType.Int64), 1, parts: 2);
        if (pass is not null)
        {
            Assert.Contains("5 is not one of them",
                Assert.Throws<ArgumentException>(() => pass.Forward(full(1, 4, 5, ScalarType.Int64))).Message);
            Assert.Contains("-1 is not one of them",
                Assert.Throws<ArgumentException>(() => pass.Forward(full(1, 4, -1, ScalarType.Int64))).Message);
            Assert.Throws<ArgumentException>(() => pass.Forward(zeros(1, 5, dtype: ScalarType.Int64)));
        }

        module.parameters().Last().requires_grad = false;
        Assert.Null(
            TransformerPass.For(module, new FlatParameters<float>(module, new TrainerOptions()),
                zeros(1, 4, dtype: ScalarType.Int64), 1, parts: 2));
    }

    /// <summary>Weights so large that norms, attention and slopes all matter.</summary>
    private static void Enlarge(nn.Module module)
    {
        using IDisposable mode = no_grad();
        foreach (TorchSharp.Modules.Parameter parameter in module.parameters())
        {
            parameter.add_(0.4 * randn_like(parameter));
        }
    }

    private static unsafe void AssertGradients(nn.Module theirs, FlatParameters<float> flat, double tolerance)
    {
        foreach ((TorchSharp.Modules.Parameter parameter, int i)
            in theirs.parameters().Select((parameter, i) => (parameter, i)))
        {
            float[] gradient = [.. parameter.grad!.flatten().data<float>()];
            double size = Math.Sqrt(gradient.Sum(value => value * value));
            for (int k = 0; k < gradient.Length; k++)
            {
                Assert.Equal(gradient[k], flat.Gradient(i)[k], tolerance * size);
            }
        }
    }
}
