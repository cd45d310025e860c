using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Tests.LinearAlgebra;

public class TensorViewTests
{
    [Fact]
    public void A_matrix_and_its_tensor_are_one_memory()
    {
        Matrix<double> matrix = Matrix<double>.Build.Random(3, 5, 1);
        using torch.Tensor tensor = matrix.AsTensor();
        Assert.Equal([3L, 5L], tensor.shape);
        Assert.Equal(matrix[1, 4], tensor[1, 4].item<double>());
        tensor[2, 3] = 7.0;
        Assert.Equal(7.0, matrix[2, 3]);
        matrix[0, 1] = -4.0;
        Assert.Equal(-4.0, tensor[0, 1].item<double>());
    }

    [Fact]
    public void A_tensor_on_a_lent_array_comes_back_as_a_matrix_on_it()
    {
        using torch.Tensor tensor = TensorViews.Zeros<float>(4, 2);
        Matrix<float> matrix = tensor.AsMatrix<float>();
        tensor.fill_(3.0f);
        Assert.Equal(3.0f, matrix[3, 1]);
        matrix[2, 0] = 9.0f;
        Assert.Equal(9.0f, tensor[2, 0].item<float>());
    }

    [Fact]
    public void Products_of_math_net_and_torch_agree_on_shared_memory()
    {
        Matrix<double> a = Matrix<double>.Build.Random(40, 30, 2), b = Matrix<double>.Build.Random(30, 20, 3);
        using torch.Tensor product = torch.matmul(a.AsTensor(), b.AsTensor());
        Assert.Equal(0.0, (product.ToMatrix<double>() - a * b).FrobeniusNorm(), 1e-12);
    }

    [Fact]
    public void Memory_that_cannot_be_shared_is_refused_with_what_to_do()
    {
        using torch.Tensor torchs = torch.zeros(3, 4, torch.float64);
        using torch.Tensor lent = TensorViews.Zeros<double>(3, 4);
        using torch.Tensor transposed = lent.t();
        using torch.Tensor part = lent[torch.TensorIndex.Colon, torch.TensorIndex.Slice(1, 3)];
        foreach (torch.Tensor tensor in new[] { torchs, transposed, part })
        {
            var refusal = Assert.Throws<NotSupportedException>(() => tensor.AsMatrix<double>());
            Assert.Contains("ToMatrix", refusal.Message, StringComparison.Ordinal);
            Assert.Equal((int)tensor.shape[0], tensor.ToMatrix<double>().RowCount);
        }

        Assert.Throws<NotSupportedException>(() => lent.AsMatrix<float>());
        Assert.Throws<NotSupportedException>(() => Matrix<double>.Build.Sparse(3, 3).AsTensor());
        Assert.Throws<NotSupportedException>(() => Matrix<double>.Build.Sparse(3, 3).AsSpan());
    }

    [Fact]
    public void Vectors_and_spans_share_too()
    {
        Vector<double> vector = Vector<double>.Build.Dense(4, i => i);
        using torch.Tensor tensor = vector.AsTensor();
        tensor[2] = 8.0;
        Assert.Equal(8.0, vector[2]);
        Matrix<double> matrix = Matrix<double>.Build.Dense(2, 2);
        matrix.AsSpan()[2] = 5.0;
        Assert.Equal(5.0, matrix[0, 1]);
    }

    [Fact]
    public void Views_stay_right_while_the_garbage_is_collected()
    {
        var views = new List<(torch.Tensor Tensor, double Value)>();
        for (int round = 0; round < 300; round++)
        {
            views.Add((FilledTensor(round), round));
            if (round % 10 == 0)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            }

            if (round % 3 == 0)
            {
                views[0].Tensor.Dispose();
                views.RemoveAt(0);
            }
        }

        foreach ((torch.Tensor tensor, double value) in views)
        {
            using torch.Tensor sum = tensor.sum();
            Assert.Equal(100.0 * value, sum.item<double>());
            Assert.Equal(value, tensor.AsMatrix<double>()[9, 9]);
            tensor.Dispose();
        }
    }

    private static torch.Tensor FilledTensor(double value) => Matrix<double>.Build.Dense(10, 10, value).AsTensor();
}
