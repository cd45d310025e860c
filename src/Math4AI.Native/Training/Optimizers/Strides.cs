using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>How the elements of a tensor lie in memory.</summary>
internal static class Strides
{
    /// <summary>Returns those of a tensor whose last dimension comes one after the other.</summary>
    public static long[] RowMajor(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }

    /// <summary>Returns those of four dimensions, the second of which lies innermost.</summary>
    public static long[] ChannelsLast(long[] shape) =>
        [shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1]];

    /// <summary>Whether the elements lie one after the other in some order of the dimensions.</summary>
    public static bool AreDense(Tensor tensor)
    {
        if (tensor.is_contiguous())
        {
            return true;
        }

        long next = 1;
        foreach ((long size, long stride) in tensor.shape.Zip(tensor.stride()).Where(dimension => dimension.First > 1)
            .OrderBy(dimension => dimension.Second))
        {
            if (stride != next)
            {
                return false;
            }

            next *= size;
        }

        return true;
    }
}
