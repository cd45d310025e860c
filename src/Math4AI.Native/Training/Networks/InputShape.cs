using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>What a network takes, said before torch says it with frames of C++.</summary>
internal static class InputShape
{
    /// <summary>Refuses inputs of another shape.</summary>
    /// <param name="input">The inputs.</param>
    /// <param name="isRight">Whether the network can take them.</param>
    /// <param name="expected">The shape that it takes, in words.</param>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void Require(Tensor input, bool isRight, string expected)
    {
        if (!isRight)
        {
            throw new ArgumentException(
                $"The inputs have the shape ({string.Join(", ", input.shape)}), and this network takes ({expected}).",
                nameof(input));
        }
    }
}
