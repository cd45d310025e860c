using Math4AI.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Runtime;

/// <summary>
/// Convolutions in float32 are those in float64, which libtorch computes in another way, whatever memory has held
/// before. On some processors oneDNN read what was left in memory where channels are padded.
/// </summary>
public class ConvolutionTests
{
    private const int Repeats = 25;

    // Of the buffers that convolutions pad.
    private static readonly int[] Lengths = [16, 72, 576, 1152, 4096, 20_000, 65_536];

    private static readonly string[] Names = ["y", "dx", "dw"];

    public static TheoryData<long[], long[], long, bool> Shapes { get; } = new()
    {
        { [32, 1, 9, 7], [8, 1, 3, 3], 1, false },
        { [32, 1, 9, 7], [8, 1, 3, 3], 2, false },
        { [32, 8, 9, 7], [1, 8, 3, 3], 1, false },
        { [32, 16, 5, 4], [8, 16, 3, 3], 1, false },
        { [32, 8, 5, 4], [16, 8, 3, 3], 2, false },
        { [32, 8, 5, 4], [8, 1, 3, 3], 2, true },
        { [32, 16, 3, 2], [16, 8, 3, 3], 2, true },
        { [4, 3, 28, 28], [5, 3, 5, 5], 1, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Convolutions_and_their_gradients_do_not_depend_on_what_memory_has_held(
        long[] input, long[] filters, long stride, bool isTransposed)
    {
        Compute.Start();
        using DisposeScope scope = NewDisposeScope();
        using var random = new Generator(1);
        for (int i = 0; i < Repeats; i++)
        {
            using DisposeScope repeat = NewDisposeScope();
            foreach (int length in Lengths)
            {
                full([length], float.NaN).Dispose();
            }

            Tensor x = randn(input, generator: random), w = randn(filters, generator: random);
            Tensor[] single = Of(x, w, stride, isTransposed);
            Tensor[] exact = Of(x.to(float64), w.to(float64), stride, isTransposed);
            for (int k = 0; k < single.Length; k++)
            {
                double error = (single[k].to(float64) - exact[k]).abs().max().item<double>();
                double largest = exact[k].abs().max().item<double>();
                Assert.True(error <= 1e-5 * largest, $"{Names[k]}, time {i}: {error} of {largest}");
            }
        }
    }

    /// <summary>y, and the gradients of Σ y³ / 3 by the input and by the filters.</summary>
    private static Tensor[] Of(Tensor input, Tensor filters, long stride, bool isTransposed)
    {
        Tensor x = input.detach().requires_grad_(), w = filters.detach().requires_grad_();
        Tensor y = isTransposed
            ? nn.functional.conv_transpose2d(x, w, strides: [stride, stride], padding: [1, 1])
            : nn.functional.conv2d(x, w, strides: [stride, stride], padding: [1, 1]);
        (y.pow(3) / 3.0).sum().backward();
        return [y.detach(), x.grad!, w.grad!];
    }
}
